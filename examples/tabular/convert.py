#!/usr/bin/env python3
"""Trains a model of each common kind on tabular data, and converts it to ONNX with the converter's defaults.

Writes models/NAME.onnx: classifiers of irises (float32 `X` [rows, 4], three classes that are numbers or names),
regressors of the progress of diabetes (float32 `X` [rows, 10]), `multi-output`, a classifier of two targets, `columns`, a
pipeline with an input per column, and `tickets`, a pipeline whose input is text. Writes the samples that the models were not
trained on: validation.npz for the classifiers, diabetes.npz, columns.csv and tickets.csv. With a folder as argument, writes
only models to it: the next versions of the same ones, trained on other samples. Needs the packages of requirements.txt.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
from lightgbm import LGBMClassifier, LGBMRegressor
from onnx import ModelProto
from onnxmltools import convert_lightgbm, convert_xgboost
from onnxmltools.convert.common.data_types import FloatTensorType as Floats
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType, StringTensorType
from sklearn.base import BaseEstimator
from sklearn.compose import ColumnTransformer
from sklearn.datasets import load_diabetes, load_iris
from sklearn.ensemble import (
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    RandomForestClassifier,
    RandomForestRegressor,
)
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression, Ridge
from sklearn.model_selection import train_test_split
from sklearn.multioutput import MultiOutputClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler
from sklearn.svm import SVC, SVR
from sklearn.tree import DecisionTreeClassifier
from xgboost import XGBClassifier, XGBRegressor

HERE = Path(__file__).parent
IS_RETRAINED = len(sys.argv) > 1
MODELS = Path(sys.argv[1]) if IS_RETRAINED else HERE / "models"
SEED = 1 if IS_RETRAINED else 0
IRIS, DIABETES = load_iris(), load_diabetes()
X = IRIS.data.astype(np.float32)
NUMBERS, NAMES = IRIS.target, IRIS.target_names[IRIS.target]
TRAIN, TEST = train_test_split(np.arange(len(X)), test_size=0.4, random_state=SEED, stratify=NUMBERS)
FEATURES, PROGRESS = DIABETES.data.astype(np.float32), DIABETES.target
PAST, NEXT = train_test_split(np.arange(len(FEATURES)), test_size=0.4, random_state=SEED)
# Few and small trees, because the models are part of the repository.
SMALL = {"n_estimators": 5, "max_depth": 3, "random_state": 0}


def save(name: str, model: ModelProto) -> None:
    content = model.SerializeToString()
    (MODELS / f"{name}.onnx").write_bytes(content)
    print(f"{name}.onnx: {len(content)} bytes")


def classifier(name: str, model: BaseEstimator, classes: np.ndarray = NUMBERS) -> None:
    save(name, to_onnx(model.fit(X[TRAIN], classes[TRAIN]), X[:1]))


def regressor(name: str, model: BaseEstimator) -> None:
    save(name, to_onnx(model.fit(FEATURES[PAST], PROGRESS[PAST]), FEATURES[:1]))


def table(name: str, columns: list[str], rows: Iterable[Iterable[object]], *classes: Iterable[str]) -> None:
    """Saves samples, with their classes and the ones that the model predicts."""
    if IS_RETRAINED:
        return
    with (HERE / f"{name}.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([*columns, "label", "predicted"])
        writer.writerows([*row, *own] for row, *own in zip(rows, *classes))


def targets() -> None:
    """Saves a classifier of two targets: the number of the species, and whether the sepal is long."""
    pairs = np.column_stack([NUMBERS, X[:, 0] > 5.8])
    classifier("multi-output", MultiOutputClassifier(RandomForestClassifier(**SMALL)), pairs)


def columns() -> None:
    """Saves a pipeline with two columns of numbers and one of words, and the irises that it was not trained on."""
    words = np.where(X[:, 2] < 2.5, "small", np.where(X[:, 2] < 5, "medium", "large"))
    rows = np.column_stack([X[:, :2].astype(object), words])
    encoder = ColumnTransformer([("numbers", StandardScaler(), [0, 1]), ("words", OneHotEncoder(), [2])])
    model = make_pipeline(encoder, LogisticRegression()).fit(rows[TRAIN], NAMES[TRAIN])
    number, word = FloatTensorType([None, 1]), StringTensorType([None, 1])
    types = [("sepal_length", number), ("sepal_width", number), ("petals", word)]
    save("columns", to_onnx(model, initial_types=types))
    names = [name for name, _ in types]
    table("columns", names, rows[TEST], NAMES[TEST], model.predict(rows[TEST]))


# What customers write, by team: the ends of sentences that start with one of BEGINNINGS.
BEGINNINGS = ["Hello, ", "Please help: ", "", "Once again, ", "Hi team,\n", "Urgent! "]
TICKETS = {
    "billing": ["I was charged twice", "the invoice shows the wrong amount", 'my card says "declined"', "I want a refund"],
    "delivery": ["my parcel did not arrive", "the courier left it outside", "the box was empty", "when will it be sent?"],
    "account": ["I cannot log in", "reset my password", "the code never arrives", "delete my profile, please"],
}
ENDINGS = [".", ", order 4711.", " since Monday, and nobody answers.", "; I pay for this!", " and my parcel is late."]


def tickets() -> None:
    """Saves a classifier of texts that was trained on half of the sentences, and the other half."""
    made = [
        (begin + middle + end, team)
        for team, middles in TICKETS.items()
        for middle in middles
        for begin in BEGINNINGS
        for end in ENDINGS
    ]
    train, test = train_test_split(made, test_size=0.5, random_state=SEED, stratify=[team for _, team in made])
    # Few examples, so that the model has something left to confuse.
    texts, teams = zip(*train[:30])
    model = make_pipeline(TfidfVectorizer(), LogisticRegression()).fit(texts, teams)
    save("tickets", to_onnx(model, initial_types=[("text", StringTensorType([None, 1]))]))
    texts, teams = zip(*test)
    table("tickets", ["text"], ([text] for text in texts), teams, model.predict(texts))


def boosted() -> None:
    four, ten = [("X", Floats([None, 4]))], [("X", Floats([None, 10]))]
    save("xgboost", convert_xgboost(XGBClassifier(**SMALL).fit(X[TRAIN], NUMBERS[TRAIN]), initial_types=four))
    save("xgboost-regressor", convert_xgboost(XGBRegressor(**SMALL).fit(FEATURES[PAST], PROGRESS[PAST]), initial_types=ten))
    quiet = {**SMALL, "verbose": -1}
    save("lightgbm", convert_lightgbm(LGBMClassifier(**quiet).fit(X[TRAIN], NAMES[TRAIN]), initial_types=four))
    save("lightgbm-regressor", convert_lightgbm(LGBMRegressor(**quiet).fit(FEATURES[PAST], PROGRESS[PAST]), initial_types=ten))


MODELS.mkdir(exist_ok=True)
classifier("logistic-regression", LogisticRegression(max_iter=1000), NAMES)
classifier("decision-tree", DecisionTreeClassifier(random_state=0))
classifier("random-forest", RandomForestClassifier(10, random_state=0), NAMES)
classifier("gradient-boosting", GradientBoostingClassifier(**SMALL))
classifier("hist-gradient-boosting", HistGradientBoostingClassifier(max_iter=5, random_state=0))
classifier("svm", SVC(probability=True, random_state=0), NAMES)
classifier("neighbours", KNeighborsClassifier())
classifier("naive-bayes", GaussianNB())
classifier("mlp", make_pipeline(StandardScaler(), MLPClassifier([8], max_iter=2000, random_state=0)), NAMES)
regressor("ridge", make_pipeline(StandardScaler(), Ridge()))
regressor("random-forest-regressor", RandomForestRegressor(**SMALL))
regressor("svr", SVR(C=100))
targets()
columns()
tickets()
boosted()
if not IS_RETRAINED:
    np.savez_compressed(HERE / "validation.npz", X=X[TEST], label=NUMBERS[TEST])
    np.savez_compressed(HERE / "diabetes.npz", X=FEATURES[NEXT], label=PROGRESS[NEXT])
