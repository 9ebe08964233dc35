"""What school registers say of schools and their people, whatever format an export has. No database."""
