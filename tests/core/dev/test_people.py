"""The sample people: well formed, nobody's, and with the names that others print wrong."""

from __future__ import annotations

from datetime import date

import pytest

from terminal.dev import people
from terminal.devices.emulators.card_text import card_text
from terminal.domain.credit_code import check_credit_code
from terminal.domain.identity import check_identity_number

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.key)
def test_a_person_has_a_number_that_the_rules_accept(person: people.SamplePerson) -> None:
    found = check_identity_number(person.number, today=TODAY)
    assert found.valid
    assert found.birth == person.birth
    assert found.sex.value == person.sex
    assert found.region


@pytest.mark.parametrize("person", people.PEOPLE, ids=lambda person: person.key)
def test_a_person_has_a_card(person: people.SamplePerson) -> None:
    card = person.card()
    assert (card.name, card.number) == (person.name, person.number)
    assert len(card_text(card)) == 256


@pytest.mark.parametrize("organisation", people.ORGANISATIONS, ids=lambda each: each.key)
def test_an_organisation_has_a_code_that_the_rules_accept(
    organisation: people.SampleOrganisation,
) -> None:
    assert check_credit_code(organisation.number).valid


def test_the_names_are_there_that_others_print_wrong() -> None:
    names = {person.name for person in people.PEOPLE}
    assert {"王㛃", "刘䶮", "𬱖", "阿卜杜热合曼·麦麦提"} <= names


def test_nobody_at_the_desk_stands_at_the_window() -> None:
    clerks = {account.name for account in people.ACCOUNTS}
    assert clerks.isdisjoint(account.name for account in people.DESK_ACCOUNTS)


def test_an_unknown_key_is_an_error() -> None:
    for look in (people.person, people.organisation, people.desk_account):
        with pytest.raises(KeyError):
            look("nobody")
