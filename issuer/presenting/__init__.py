"""presenting 亮证: codes that a holder shows for one occasion, and what became of them."""
