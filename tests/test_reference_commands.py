from scripts.commands import PAGE, page


def test_the_page_of_commands_is_up_to_date_and_every_option_is_described():
    text = page()
    assert PAGE.read_text(encoding="utf-8") == text, "run: make docs"
    bare = [line for line in text.splitlines() if line.startswith("| `") and line.endswith("|  |")]
    assert not bare, f"options without help: {bare}"
