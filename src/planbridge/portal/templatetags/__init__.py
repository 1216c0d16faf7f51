"""What templates may say: icons, statuses, times, numbers, form fields."""
