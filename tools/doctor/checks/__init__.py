"""One thing that is looked at, in one module each: what is read, and apart from it what that means."""
