"""Tenancy's door: who calls and what they may, clients, users, logins, tokens, and the kill switch."""

from drover.tenancy.domain.caller import Access, Caller, LoginNeeded, NotAllowed, UnknownClient
from drover.tenancy.domain.credentials import CredentialRefused, SessionLife, Token, TokenText, scopes_of
from drover.tenancy.domain.records import Client, Organization, User, UserAccess
from drover.tenancy.domain.roles import Act, Level, Role, Scope, who_may
from drover.tenancy.domain.standing import Halt, Standing, Status
from drover.tenancy.service.clients import Clients
from drover.tenancy.service.first_start import Beginning, FirstAdministrator
from drover.tenancy.service.halts import Halts, Thrown
from drover.tenancy.service.local import LocalAccess
from drover.tenancy.service.logins import LoggedIn, Login, Session
from drover.tenancy.service.organizations import OneOrganization, Organizations
from drover.tenancy.service.passwords import Passwords, Prepared
from drover.tenancy.service.tokens import Tokens
from drover.tenancy.service.users import Users

__all__ = [
    "Access",
    "Act",
    "Beginning",
    "Caller",
    "Client",
    "Clients",
    "CredentialRefused",
    "FirstAdministrator",
    "Halt",
    "Halts",
    "Level",
    "LocalAccess",
    "LoggedIn",
    "Login",
    "LoginNeeded",
    "NotAllowed",
    "OneOrganization",
    "Organization",
    "Organizations",
    "Passwords",
    "Prepared",
    "Role",
    "Scope",
    "Session",
    "SessionLife",
    "Standing",
    "Status",
    "Thrown",
    "Token",
    "TokenText",
    "Tokens",
    "UnknownClient",
    "User",
    "UserAccess",
    "Users",
    "scopes_of",
    "who_may",
]
