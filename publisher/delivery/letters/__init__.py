"""Letters to one person: asked for by somebody, made and sent one at a time."""
