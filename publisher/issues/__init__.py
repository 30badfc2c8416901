"""Issues of newsletters: their states, their frozen stories, their slots."""
