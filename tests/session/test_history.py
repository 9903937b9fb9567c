from viewer.session.history import Command, History


def appending(values: list[int], number: int) -> Command:
    return Command(f"Add {number}", lambda: values.append(number), lambda: values.remove(number))


def test_undo_and_redo_go_back_and_forth_with_their_labels():
    values: list[int] = []
    history = History()
    history.run(appending(values, 1))
    history.run(appending(values, 2))
    assert (history.undo_label, history.redo_label) == ("Add 2", None)
    history.undo()
    assert (values, history.undo_label, history.redo_label) == ([1], "Add 1", "Add 2")
    history.redo()
    assert (values, history.undo_label, history.redo_label) == ([1, 2], "Add 2", None)


def test_a_new_command_forgets_what_was_taken_back():
    values: list[int] = []
    history = History()
    history.run(appending(values, 1))
    history.undo()
    history.run(appending(values, 2))
    history.redo()
    assert values == [2]


def test_undo_and_redo_of_nothing_do_nothing():
    history = History()
    history.undo()
    history.redo()
    assert history.undo_label is None


def test_the_oldest_commands_are_forgotten():
    values: list[int] = []
    history = History(depth=2)
    for number in range(4):
        history.run(appending(values, number))
    for _ in range(4):
        history.undo()
    assert values == [0, 1]
