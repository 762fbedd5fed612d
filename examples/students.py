"""The sample class: who handed in what, and the marks that it deserves. `make_class.py` makes the files from it."""

from dataclasses import dataclass, field

POINTS = 81
EVERYTHING = "everything"
WITH_REDUCTIONS = ("reduce_terms", "mse_loss", "l1_loss", "huber_loss", "bce_loss", "bce_with_logits_loss",
                   "cross_entropy_loss", "nll_loss", "kl_div_loss", "hinge_loss", "cosine_embedding_loss",
                   "triplet_loss", "l2_loss", "l1_regularization")


@dataclass(frozen=True)
class Student:
    """One submission, its author's note, and its due.

    `fills`: files of solutions/, later ones on top of earlier ones, or `only` these exercises of them (the others lose
    everything). `mistakes`: entries of the lesson's mistakes.py. `edits`: (exercise, old text, new text). `damage`: a
    function of make_class, for what is done to the finished file. `answers`: whether answers/ holds this student's text
    for the questions that a person reads. `loses`: by exercise, the aspects that lose marks, or EVERYTHING; all else is
    full.
    """

    name: str
    note: str
    fills: tuple[str, ...] = ("vectorised",)
    only: tuple[str, ...] = ()
    mistakes: tuple[str, ...] = ()
    edits: tuple[tuple[str, str, str], ...] = ()
    damage: str = ""
    answers: bool = False
    status: str = "graded"
    mark: float | None = POINTS
    loses: dict[str, str] = field(default_factory=dict)


STUDENTS = [
    # Right, each in a way of its own
    Student("amara-okafor", "Right: NumPy on whole arrays."),
    Student("bo-lindqvist", "Right: loops over the entries. Answers every question, one at length.", fills=("loops",),
            answers=True),
    Student("chen-wei", "Right: Tensor operations alone; the array functions stay unwritten, and nobody calls them.",
            fills=("composed",)),
    Student("daria-petrova", "Right: classes of her own.", fills=("vectorised", "objects")),
    Student("elif-yilmaz", "Right: helper functions in exported cells of her own.", fills=("vectorised", "helpers")),
    Student("farid-haddad", "Right, though it prints pages and warns in every call.", fills=("vectorised", "noisy")),
    Student("greta-nowak", "Right, with every test cell deleted: the course's own tests decide.",
            damage="without_tests"),
    Student("ivan-horvat", "Right, handed in as the exported .py file.", fills=("loops",), damage="as_script"),
    Student("olu-adeyemi", "Right, handed in as a zip of the notebook.", fills=("composed",), damage="as_zip"),

    # Not finished
    Student("ines-duarte", "Nothing written: every stub as released.", fills=(), mark=0),
    Student("jonas-weber", "The first five exercises, and those right.", mark=25,
            only=("reduce_terms", "mse_loss", "l1_loss", "huber_loss", "bce_loss")),
    Student("kiko-tanaka", "Cross-entropy for class indices alone: no weights, nothing ignored, no smoothing, no soft "
                           "targets. Four other exercises are right.", fills=("partial",), mark=23,
            only=("reduce_terms", "mse_loss", "log_sum_exp", "cross_entropy_loss", "softmax_cross_entropy_gradient"),
            loses={"cross_entropy_loss": "value reduction stability gradient"}),
    Student("liam-byrne", "Every prediction is unpacked into bare arrays in five losses: right values as Python floats "
                          "and float64 arrays, and no gradients there.", fills=("vectorised", "floats"), mark=77,
            loses=dict.fromkeys(("mse_loss", "l1_loss", "hinge_loss", "l2_loss", "l1_regularization"), "gradient")),

    # One known mistake each, in something otherwise right
    Student("lena-fischer", "Halves the squared error. Answers in a few words, some of them wrong.",
            mistakes=("mse_loss/half",), answers=True, mark=75, loses={"mse_loss": EVERYTHING}),
    Student("mateo-rossi", "L1 is never reduced.", fills=("loops",), mistakes=("l1_loss/not reduced",),
            mark=77.81, loses={"l1_loss": "value reduction gradient errors"}),
    Student("nadia-rahman", "Huber's line begins on one side only.", mistakes=("huber_loss/one side only",),
            mark=76, loses={"huber_loss": EVERYTHING}),
    Student("oskar-nilsen", "Binary cross-entropy breaks at 0 and 1.", mistakes=("bce_loss/no protection",),
            mark=80, loses={"bce_loss": "stability"}),
    Student("priya-iyer", "Sigmoid first, then the logarithm.", fills=("composed",),
            mistakes=("bce_with_logits_loss/sigmoid, then log",),
            mark=80, loses={"bce_with_logits_loss": "stability"}),
    Student("quentin-moreau", "The logarithm of a softmax.", mistakes=("cross_entropy_loss/log of a softmax",),
            mark=80.11, loses={"cross_entropy_loss": "stability"}),
    Student("rosa-alvarez", "NLL picks every class for every row. Three answers, one of them deleted again.",
            mistakes=("nll_loss/all pairs indexed",), answers=True,
            mark=77.93, loses={"nll_loss": "value reduction stability gradient"}),
    Student("samir-khan", "KL is nan at zero targets.", fills=("loops",), mistakes=("kl_div_loss/zero target",),
            mark=80.17, loses={"kl_div_loss": "stability"}),
    Student("tove-berg", "np.max where np.maximum was meant.", mistakes=("hinge_loss/np.max",),
            mark=76, loses={"hinge_loss": EVERYTHING}),
    Student("umar-diallo", "A zero vector gives nan.", fills=("vectorised", "objects"),
            mistakes=("cosine_embedding_loss/zero vector",),
            mark=80.58, loses={"cosine_embedding_loss": "stability"}),
    Student("vera-kowalska", "The squared distance in the triplet loss.", mistakes=("triplet_loss/squared distance",),
            mark=77.67, loses={"triplet_loss": "value reduction gradient"}),
    Student("wim-de-vries", "L2 without its half.", mistakes=("l2_loss/factor",),
            mark=77, loses={"l2_loss": EVERYTHING}),
    Student("xenia-popova", "The 2-norm for L1.", mistakes=("l1_regularization/2-norm",),
            mark=78, loses={"l1_regularization": "value reduction gradient errors"}),
    Student("yusuf-demir", "log-sum-exp without the shift; his own cross-entropy does not use it.",
            fills=("composed",), mistakes=("log_sum_exp/no shift",),
            mark=79, loses={"log_sum_exp": "stability"}),
    Student("zoe-papadaki", "The gradient of the sum, not of the mean.",
            mistakes=("softmax_cross_entropy_gradient/not divided",),
            mark=76, loses={"softmax_cross_entropy_gradient": EVERYTHING}),
    Student("anton-bauer", "MSE is computed from .data: right values, no gradient.", mistakes=("mse_loss/detached",),
            mark=80, loses={"mse_loss": "gradient"}),
    Student("bea-santos", "(N, 1) against (N,) broadcasts in silence.", mistakes=("mse_loss/silent broadcast",),
            mark=80.33, loses={"mse_loss": "errors"}),
    Student("carla-mendes", "Reductions ignored: the mean whatever is asked, in every loss.",
            mistakes=("reduce_terms/reduction ignored",), mark=46.22,
            loses=dict.fromkeys(WITH_REDUCTIONS, "reduction stability gradient errors")),
    Student("dmitri-volkov", "Three mistakes: KL swapped, hinge squared, triplet summed.", fills=("loops",),
            mistakes=("kl_div_loss/swapped", "hinge_loss/squared", "triplet_loss/sum for mean"),
            mark=66.92,
            loses={"kl_div_loss": EVERYTHING, "hinge_loss": EVERYTHING,
                   "triplet_loss": "value reduction stability gradient errors"}),
    Student("hugo-martins", "Halves the squared error, and edited the test until it passed.",
            mistakes=("mse_loss/half",), damage="with_edited_test", mark=75, loses={"mse_loss": EVERYTHING}),

    # What must cost only itself
    Student("carlos-vega", "An infinite loop in Huber.", mark=76, loses={"huber_loss": EVERYTHING},
            edits=(("huber_loss", "    a = np.abs(p - t)\n", "    while True:\n        a = np.abs(p - t)\n"),)),
    Student("dina-shapiro", "os._exit in the hinge loss.", mark=76, loses={"hinge_loss": EVERYTHING},
            edits=(("hinge_loss", "    return np.clip(1 - p * t, 0, None)",
                    "    import os\n\n    os._exit(0)  # done\n    return np.clip(1 - p * t, 0, None)"),)),
    Student("emil-novak", "A segmentation fault in KL.", mark=76, loses={"kl_div_loss": EVERYTHING},
            edits=(("kl_div_loss", "    safe = np", "    import ctypes\n\n    ctypes.string_at(0)\n    safe = np"),)),
    Student("fatou-ndiaye", "A syntax error in the cell of L1.", mark=76, loses={"l1_loss": EVERYTHING},
            edits=(("l1_loss", "return np.maximum(p - t, t - p)", "return np.maximum(p - t, t - p"),)),
    Student("kofi-mensah", "A huge allocation in the L2 penalty.", mark=77, loses={"l2_loss": EVERYTHING},
            edits=(("l2_loss", "return w ** 2 / 2", "return np.zeros((1 << 20, 1 << 20))[0, 0] + w ** 2 / 2"),)),
    Student("maya-singh", "A loop that never ends while the cell of the triplet loss is loaded.",
            mark=76, loses={"triplet_loss": EVERYTHING},
            edits=(("triplet_loss", "def distance(", "while True:\n    pass\n\n\ndef distance("),)),
    Student("pablo-reyes", "sys.exit at the top of the cell of the cosine loss, before anything is defined: only that "
                           "statement is lost.", edits=(("cosine_embedding_loss", "def cosine(",
                                                         "import sys\n\nsys.exit(1)\n\n\ndef cosine("),)),

    # What cannot be graded: a status with a reason, never a silent zero
    Student("gustav-holm", "A notebook cut off in the middle: no JSON.", damage="cut_off", status="unreadable",
            mark=None),
    Student("hana-suzuki", "An empty file.", damage="empty", status="unreadable", mark=None),
    Student("jelena-matic", "A picture with the name of a notebook.", damage="picture", status="unreadable", mark=None),
    Student("noor-bakker", "The notebook of another lesson.", damage="of_another_lesson", status="missing", mark=None),
]
