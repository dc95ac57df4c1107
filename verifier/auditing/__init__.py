"""Audit replay 审计复算: log, lists, registers and trail computed anew; what does not fit is named with its proof."""
