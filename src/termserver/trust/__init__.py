"""What a follower believes: signed metadata after TUF's rules, fetched, verified, kept; and the releases it names."""
