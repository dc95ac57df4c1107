"""Applying 申请与审批: an application is checked, approved by another person, issued; a licence follows another."""
