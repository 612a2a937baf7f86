"""Events and messages in; log entries, proofs and an offline verification of them out. Knows nothing of what they mean.

``docs/record.md`` is the format, as anyone may check it.
"""

from forewarn.record.checkpoint import Checkpoint
from forewarn.record.merkle import EMPTY, Hashes, Tree, leaf_hash, node_hash, of_leaves, of_tiles
from forewarn.record.order import FORMAT, Misplaced, Order
from forewarn.record.page import Fault, Page, Unfit
from forewarn.record.proofs import consistency_proof, inclusion_proof, root, verify_consistency, verify_inclusion
from forewarn.record.select import Told, digest, select
from forewarn.record.tiles import MAX_ENTRY, WIDTH, bundle_path, frame, runs, tile_path, unframe
from forewarn.record.verify import Report, verify
from forewarn.record.walk import Reader, read_page

__all__ = [
    "EMPTY",
    "FORMAT",
    "MAX_ENTRY",
    "WIDTH",
    "Checkpoint",
    "Fault",
    "Hashes",
    "Misplaced",
    "Order",
    "Page",
    "Reader",
    "Report",
    "Told",
    "Tree",
    "Unfit",
    "bundle_path",
    "consistency_proof",
    "digest",
    "frame",
    "inclusion_proof",
    "leaf_hash",
    "node_hash",
    "of_leaves",
    "of_tiles",
    "read_page",
    "root",
    "runs",
    "select",
    "tile_path",
    "unframe",
    "verify",
    "verify_consistency",
    "verify_inclusion",
]
