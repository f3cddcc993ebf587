"""The same network in Keras 3 on TensorFlow, the paper's tool; mixed_bfloat16 where settings say tuned."""

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import layers, ops

from tests.benchmarks.peers import sizes
from tests.benchmarks.peers.line import Line, Settings


def maxout(x: Any) -> Any:
    return ops.maximum(*ops.split(x, sizes.PIECES, axis=-1))


def stage_block(x: Any, width: int, norm: str) -> Any:
    for _ in range(2):
        x = layers.Conv2D(sizes.PIECES * width, 3, padding="same", use_bias=norm == "none")(x)
        if norm == "instance":
            x = layers.GroupNormalization(groups=-1, epsilon=1e-5)(x)
        x = maxout(x)
    return layers.Dropout(sizes.DROPOUT)(x)


def class_head(x: Any, liver_logits: Any) -> Any:
    liver = layers.AveragePooling2D(liver_logits.shape[1] // x.shape[1])(
        ops.stop_gradient(ops.sigmoid(liver_logits))
    )
    weight = liver + 1e-3
    weight = weight / ops.sum(weight, axis=(1, 2), keepdims=True)
    x = ops.cast(x, "float32")
    mean = ops.sum(x * weight, axis=(1, 2), keepdims=True)
    variance = ops.sum(ops.square(x - mean) * weight, axis=(1, 2))
    pooled = ops.concatenate([ops.squeeze(mean, (1, 2)), ops.sqrt(variance + 1e-4)], axis=1)
    x = layers.Dense(sizes.PIECES * sizes.HEAD_WIDTH, dtype="float32")(
        layers.Dropout(sizes.HEAD_DROPOUT)(pooled)
    )
    x = layers.Dropout(sizes.HEAD_DROPOUT)(maxout(x))
    return layers.Dense(sizes.CLASSES, activation="softmax", dtype="float32")(x)


def build(settings: Settings) -> keras.Model:
    """(B, H, W, 1) to the logits of three masks, fine to coarse, and the probabilities of the classes."""
    widths = [settings.width * 2**level for level in range(sizes.DEPTH)]
    image = keras.Input((settings.size, settings.size, 1), batch_size=settings.batch)
    x, skips = image, []
    for width in widths:
        x = stage_block(layers.MaxPooling2D()(x) if skips else x, width, settings.norm)
        skips.append(x)
    deepest, expanded = skips.pop(), []
    for width in widths[-2::-1]:
        x = layers.Concatenate()([layers.UpSampling2D()(x), skips.pop()])
        x = stage_block(x, width, settings.norm)
        expanded.append(x)
    finest_first = expanded[::-1][: sizes.MASKS]
    masks = [layers.Conv2D(1, 1, dtype="float32")(y) for y in finest_first]
    return keras.Model(image, [*masks, class_head(deepest, masks[-1])])


def compiled(settings: Settings) -> keras.Model:
    if settings.tuned:
        keras.mixed_precision.set_global_policy("mixed_bfloat16")
    model = build(settings)
    on_masks = [keras.losses.BinaryCrossentropy(from_logits=True) for _ in range(sizes.MASKS)]
    model.compile(
        optimizer=keras.optimizers.Adadelta(1.0, rho=0.95, epsilon=1e-7),
        loss=[*on_masks, keras.losses.BinaryCrossentropy()],
        loss_weights=[*sizes.TERMS, sizes.CLASSES],  # equation (7) sums over the classes
        jit_compile=False,
    )
    return model


def targets(mask: Any, stage: Any) -> tuple[Any, ...]:
    """Masks at three resolutions and the class, one-hot."""
    masks = [
        tf.cast(tf.nn.avg_pool2d(mask, 2**level, 2**level, "VALID") >= 0.5, tf.float32)
        for level in range(sizes.MASKS)
    ]
    return (*masks, tf.one_hot(stage, sizes.CLASSES))


def fixed_batch(settings: Settings) -> tuple[Any, Any]:
    shape = (settings.batch, settings.size, settings.size, 1)
    image = tf.constant(np.random.default_rng(0).standard_normal(shape, np.float32))
    return image, targets(tf.cast(image > 0, tf.float32), tf.range(settings.batch) % sizes.CLASSES)


def augmented(settings: Settings) -> tf.data.Dataset:
    """The cohort, moved batch by batch by Keras' own layers, image and mask as two channels of one."""
    cohort = np.load(settings.file)
    both = np.stack([cohort["images"], 255 * cohort["masks"]], axis=-1)
    edge = {"fill_mode": "constant"}
    move = keras.Sequential(
        [
            layers.RandomTranslation(0.12, 0.12, **edge),
            layers.RandomRotation(20 / 360, **edge),
            layers.RandomZoom(0.25, **edge),
        ]
    )

    def prepare(pair: Any, stage: Any) -> tuple[Any, Any]:
        moved = move(tf.cast(pair, tf.float32) / 255, training=True)
        image, mask = tf.split(moved, 2, axis=-1)
        return (image - sizes.MEAN) / sizes.STD, targets(tf.cast(mask >= 0.5, tf.float32), stage)

    data = tf.data.Dataset.from_tensor_slices((both, cohort["classes"])).shuffle(len(both))
    options = tf.data.Options()
    options.autotune.enabled = False  # its thread makes every second epoch take twice as long on two cores
    return data.batch(settings.batch, drop_remainder=True).map(prepare).prefetch(1).with_options(options)


class Rounds(keras.callbacks.Callback):
    """An epoch is a piece of work."""

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def on_epoch_end(self, *_: Any) -> None:
        self.line.done()


def main() -> None:
    line = Line()
    settings = line.settings
    if settings.device.startswith("cuda"):
        for gpu in tf.config.list_physical_devices("GPU"):
            tf.config.experimental.set_memory_growth(gpu, True)  # else it takes all of it from the others
        line.memory = lambda: tf.config.experimental.get_memory_info("GPU:0")["peak"] / 2**20
    model = compiled(settings)
    versions = {"keras": keras.__version__, "tensorflow": tf.__version__}
    line.ready(parameters=model.count_params(), versions=versions)
    if settings.task == "epoch":
        data = augmented(settings)
        line.wait()
        model.fit(data, epochs=10**6, verbose=0, callbacks=[Rounds(line)])
    image, wanted = fixed_batch(settings)
    if settings.task == "infer":
        line.serve(lambda: model.predict_on_batch(image))
    line.serve(lambda: model.train_on_batch(image, wanted))


if __name__ == "__main__":
    main()
