"""What the generated table classes have in common: how a table stands in Java, and the two ways to run a generator."""
import sys


def block(name, sentence, table):
    """A constant: each line is a number and the names of that number and those that follow it."""
    lines, line, last = [], "", None
    for number in sorted(table):
        word = table[number]
        if last is not None and number == last + 1 and len(line) + 1 + len(word) <= 92:
            line += " " + word
        else:
            if line:
                lines.append(line)
            line = ("%d %s" if number < 4096 else "0x%x %s") % (number, word)
        last = number
    lines.append(line)
    return literal(name, sentence, lines)


def literal(name, sentence, lines):
    body = "\n".join("      " + text for text in lines)
    return '  /// %s\n  static final String %s =\n      """\n%s\n      """;\n' % (sentence, name, body)


def printing():
    return "--print" in sys.argv[1:]


def run(java, target):
    """Writes the class to its place, or prints it."""
    if printing():
        sys.stdout.write(java())
    else:
        with open(target, "w", encoding="ascii") as file:
            file.write(java())
