"""Letters: what they say, how they are put in an envelope, who carries them."""
