"""Literature that the methods text may cite, by key, and the numbering of what it does cite."""

import re

REFERENCES = {
    "kang2020": "Kang SH, et al. A fully convolutional network model for classifying liver fibrosis "
    "stages from ultrasound B-mode images. J Biomed Eng Res 2020;41.",
    "ronneberger2015": "Ronneberger O, Fischer P, Brox T. U-Net: convolutional networks for biomedical image "
    "segmentation. MICCAI 2015; LNCS 9351:234-241.",
    "goodfellow2013": "Goodfellow IJ, Warde-Farley D, Mirza M, Courville A, Bengio Y. Maxout networks. "
    "ICML 2013; PMLR 28(3):1319-1327.",
    "ulyanov2016": "Ulyanov D, Vedaldi A, Lempitsky V. Instance normalization: the missing ingredient for "
    "fast stylization. arXiv:1607.08022, 2016.",
    "ioffe2015": "Ioffe S, Szegedy C. Batch normalization: accelerating deep network training by reducing "
    "internal covariate shift. ICML 2015; PMLR 37:448-456.",
    "wu2018": "Wu Y, He K. Group normalization. ECCV 2018; LNCS 11217:3-19.",
    "simonyan2015": "Simonyan K, Zisserman A. Very deep convolutional networks for large-scale image "
    "recognition. ICLR 2015; arXiv:1409.1556.",
    "bridle1990": "Bridle JS. Probabilistic interpretation of feedforward classification network outputs, "
    "with relationships to statistical pattern recognition. Neurocomputing (NATO ASI F68) 1990:227-236.",
    "mccullagh1980": "McCullagh P. Regression models for ordinal data. J R Stat Soc B 1980;42:109-142.",
    "cao2020": "Cao W, Mirjalili V, Raschka S. Rank consistent ordinal regression for neural networks with "
    "application to age estimation. Pattern Recognit Lett 2020;140:325-331.",
    "meng2017": "Meng D, Zhang L, Cao G, Cao W, Zhang G, Hu B. Liver fibrosis classification based on "
    "transfer learning and FCNet for ultrasound images. IEEE Access 2017;5:5804-5810.",
    "zeiler2012": "Zeiler MD. ADADELTA: an adaptive learning rate method. arXiv:1212.5701, 2012.",
    "guo2017": "Guo C, Pleiss G, Sun Y, Weinberger KQ. On calibration of modern neural networks. "
    "ICML 2017; PMLR 70:1321-1330.",
    "youden1950": "Youden WJ. Index for rating diagnostic tests. Cancer 1950;3:32-35.",
    "wilson1927": "Wilson EB. Probable inference, the law of succession, and statistical inference. "
    "J Am Stat Assoc 1927;22:209-212.",
    "newcombe2006": "Newcombe RG. Confidence intervals for an effect size measure based on the Mann-Whitney "
    "statistic. Part 2: asymptotic methods and evaluation. Stat Med 2006;25:559-573.",
    "delong1988": "DeLong ER, DeLong DM, Clarke-Pearson DL. Comparing the areas under two or more correlated "
    "receiver operating characteristic curves: a nonparametric approach. Biometrics 1988;44:837-845.",
    "efron1987": "Efron B. Better bootstrap confidence intervals. J Am Stat Assoc 1987;82:171-185.",
    "obuchowski2005": "Obuchowski NA. Estimating and comparing diagnostic tests' accuracy when the gold "
    "standard is not binary. Acad Radiol 2005;12:1198-1204.",
    "cohen1968": "Cohen J. Weighted kappa: nominal scale agreement provision for scaled disagreement or "
    "partial credit. Psychol Bull 1968;70:213-220.",
    "brier1950": "Brier GW. Verification of forecasts expressed in terms of probability. "
    "Mon Weather Rev 1950;78:1-3.",
    "epstein1969": "Epstein ES. A scoring system for probability forecasts of ranked categories. "
    "J Appl Meteorol 1969;8:985-987.",
    "vickers2006": "Vickers AJ, Elkin EB. Decision curve analysis: a novel method for evaluating prediction "
    "models. Med Decis Making 2006;26:565-574.",
    "dice1945": "Dice LR. Measures of the amount of ecologic association between species. "
    "Ecology 1945;26:297-302.",
    "nikolov2021": "Nikolov S, Blackwell S, Zverovitch A, et al. Clinically applicable segmentation of head "
    "and neck anatomy for radiotherapy: deep learning algorithm development and validation study. "
    "J Med Internet Res 2021;23:e26151.",
    "mcnemar1947": "McNemar Q. Note on the sampling error of the difference between correlated proportions "
    "or percentages. Psychometrika 1947;12:153-157.",
    "holm1979": "Holm S. A simple sequentially rejective multiple test procedure. Scand J Stat 1979;6:65-70.",
}

_MARK = re.compile(r" ?\[@([a-z]+[0-9]{4})\]")


def cite(key: str) -> str:
    """The mark that stands for a citation until :func:`number_citations` numbers it."""
    if key not in REFERENCES:
        raise KeyError(key)
    return f" [@{key}]"


def number_citations(texts: list[str]) -> tuple[list[str], list[str]]:
    """The texts with ``[1]``, ``[2]`` for their marks, in order of appearance, and what each number is."""
    order: dict[str, int] = {}

    def number(match: re.Match[str]) -> str:
        if match[1] not in REFERENCES:
            return match[0]
        return f" [{order.setdefault(match[1], len(order) + 1)}]"

    numbered = [_MARK.sub(number, text) for text in texts]
    return numbered, [REFERENCES[key] for key in order]


def without_citations(text: str) -> str:
    """The text without its marks."""
    return _MARK.sub(lambda match: "" if match[1] in REFERENCES else match[0], text)
