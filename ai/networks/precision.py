"""Reduced precision where the processor computes in it, and nowhere else."""

from __future__ import annotations

from contextlib import AbstractContextManager

import torch


def autocast(device: torch.device, allowed: bool = True) -> AbstractContextManager[None]:
    """Compute in bfloat16 on a CPU with AVX-512 BF16, in float16 on CUDA, else in float32."""
    if device.type == "cuda":
        return torch.autocast("cuda", torch.float16, enabled=allowed)
    return torch.autocast("cpu", torch.bfloat16, enabled=allowed and _bfloat16_on_cpu())


def _bfloat16_on_cpu() -> bool:
    supported = getattr(torch.cpu, "_is_avx512_bf16_supported", None)
    return bool(supported and supported())
