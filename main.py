"""Start Hounsfield: ``python main.py [PATH…]`` opens the window, ``--help`` lists the commands."""

from viewer.cli import main

if __name__ == "__main__":
    main()
