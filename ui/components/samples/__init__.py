from ui.components.samples.samples import Samples, samples_skeleton

__all__ = ["Samples", "samples_skeleton"]
