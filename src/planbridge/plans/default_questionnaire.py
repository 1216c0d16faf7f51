"""The risk questionnaire that every firm may clone: seven questions in plain words, 0 to 100 points in all."""

from planbridge.plans.questionnaire_content import Answer, Question, Questions

NAME = "Planbridge's default"


def _question(number: int, text: str, *answers: tuple[int, str]) -> Question:
    found = tuple(Answer(f"a{place}", said, points) for place, (points, said) in enumerate(answers, start=1))
    return Question(f"q{number}", text, found)


QUESTIONS: Questions = (
    _question(
        1,
        "When do you expect to start using this money?",
        (0, "In less than 3 years"),
        (7, "In 3 to 7 years"),
        (14, "In 8 to 15 years"),
        (20, "In more than 15 years"),
    ),
    _question(
        2,
        "Once you start using this money, how long do you want it to last?",
        (0, "I plan to take it all out at once, or within 2 years"),
        (5, "3 to 10 years"),
        (10, "More than 10 years, or the rest of my life"),
    ),
    _question(
        3,
        "Suppose your account drops from $10,000 to $8,000 in a few months. What would you most likely do?",
        (0, "Move everything to the safest choice I can find"),
        (7, "Move some of it to a safer choice"),
        (14, "Leave it alone and wait"),
        (20, "Put in more while prices are low"),
    ),
    _question(
        4,
        "You put in $10,000 for one year. Which range of results could you live with?",
        (0, "Between $9,900 and $10,400"),
        (6, "Between $9,300 and $11,000"),
        (13, "Between $8,500 and $12,000"),
        (20, "Between $7,000 and $13,500"),
    ),
    _question(
        5,
        "How steady do you expect your income to be over the next few years?",
        (0, "It could stop or drop a lot"),
        (5, "It may go up and down"),
        (10, "It should stay the same or grow"),
    ),
    _question(
        6,
        "How much do you know about stocks, bonds and funds?",
        (0, "I am just starting out"),
        (3, "I know the basics"),
        (7, "I have chosen funds before"),
        (10, "I follow markets and have seen them fall and rise again"),
    ),
    _question(
        7,
        "If a big bill came tomorrow, how would you pay it?",
        (0, "I would need money from this account"),
        (5, "I have savings for about a month"),
        (10, "I have savings for three months or more"),
    ),
)
