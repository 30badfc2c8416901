"""Mail that came back, and complaints: read, judged, proved to be about a mail of ours, and acted on."""
