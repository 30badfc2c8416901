"""The export files of other programs: each module knows one by its header, and what its rows mean here. Pure."""
