"""From files to articles: scan, front matter, Markdown, pictures, index."""
