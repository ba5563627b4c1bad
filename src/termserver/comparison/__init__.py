"""What differs between two versions of anything that is published, in the words of those who must follow it."""
