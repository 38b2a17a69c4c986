"""The quarantine: what comes from outside is opened here, in a child process, alone and within limits."""
