"""The vault: secrets sealed per organisation, bound to their row. Knows no Datadog and no OAuth."""

from portal.connections.vault.cipher import SealError
from portal.connections.vault.data_keys import forget_data_keys, shred_organisation
from portal.connections.vault.known_keys import check_vault
from portal.connections.vault.sealer import (
    Sealer,
    open_for_vendor,
    open_sealed,
    seal,
    seal_for_vendor,
)

__all__ = [
    "SealError",
    "Sealer",
    "check_vault",
    "forget_data_keys",
    "open_for_vendor",
    "open_sealed",
    "seal",
    "seal_for_vendor",
    "shred_organisation",
]
