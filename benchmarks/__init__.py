"""Every speed we claim, side by side with what a user would pick instead."""
