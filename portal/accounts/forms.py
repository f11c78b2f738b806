"""Forms about people and organisations."""

from __future__ import annotations

from typing import Any

from django import forms

from portal.accounts.domain import Role

ROLE_HELP = {
    Role.OWNER: "everything, owners included",
    Role.ADMIN: "connections, mappings, runs and members",
    Role.MEMBER: "mappings and runs",
    Role.VIEWER: "may look only",
}


class OrganisationForm(forms.Form):
    """The name of an organisation."""

    name = forms.CharField(
        label="Name",
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )


class RoleForm(forms.Form):
    """One of the roles that the person at hand may give."""

    role = forms.ChoiceField(label="Role")

    def __init__(self, *args: Any, roles: tuple[Role, ...], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"] = forms.ChoiceField(
            label="Role",
            choices=[
                (role.value, f"{role.value.capitalize()}: {ROLE_HELP[role]}") for role in roles
            ],
            initial=Role.MEMBER,
        )


class InvitationForm(RoleForm):
    """Whom to invite, and as what."""

    email = forms.EmailField(
        label="E-mail address", widget=forms.EmailInput(attrs={"autocomplete": "off"})
    )
    field_order = ["email", "role"]
