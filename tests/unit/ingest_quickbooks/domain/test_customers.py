"""Customers and their link keys."""

from typing import Any

import pytest

from ingest_quickbooks.domain.customers import read_customer
from ingest_quickbooks.domain.reading import Unreadable


class TestReadCustomer:
    def test_reads_names_and_keys(self, customer: Any) -> None:
        field = {"DefinitionId": "1", "Name": "Client id", "StringValue": "c-1"}
        read = read_customer(customer(CustomField=[field], ParentRef={"value": "3"}), {"client_id": "Client id"})
        assert (read.ref, read.name, read.email) == ("quickbooks:7", "Acme", "ap@acme.example")
        assert read.link_keys == {"client_id": "c-1"}
        assert (read.parent_ref, read.active) == ("quickbooks:3", True)

    def test_takes_the_company_name_where_there_is_no_other(self, customer: Any) -> None:
        assert read_customer(customer(DisplayName=None, CompanyName="Acme Inc"), {}).name == "Acme Inc"

    def test_an_inactive_one_is_still_one(self, customer: Any) -> None:
        assert read_customer(customer(Active=False), {}).active is False

    def test_without_name_is_unreadable(self, customer: Any) -> None:
        with pytest.raises(Unreadable):
            read_customer(customer(DisplayName=None), {})
