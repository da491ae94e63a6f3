"""Object-level authorisation, derived from an OpenAPI document: what is one user's, asked for by everybody who must not.

`document` reads the operations and where they name things; `world` is what a system hands in: people, how to make things, who
may do what; `impostors` are those who must be refused; `examination` tries one operation; `part` all of them.
"""
