"""The editor of mappings: documents as form entries and back, forms, previews and advice.

Everything in ``entries``, ``to_form`` and ``from_form`` is pure and knows no Django.
"""
