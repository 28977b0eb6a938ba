"""What the tests share. This file is the cast: who is who, and which fixture gives what.

A person in a test is one of these, by how they reach Easel (`tests.support.people`):

- `Owner`: past the API, by the services. Submits, reads, cancels, looks at their rows.
  Fixtures: `owner`, `other_owner`, both on `quiet_ctx`.
- `SignedIn`: by the API, with a login session and an HTTP client.
  Fixtures: `ada`, `ben`, both of `app`. Subclasses act by themselves in the long runs of
  `tests/reliability`: `Poller` (a program that polls a sick provider's Easel) and `Painter` (the soak).
- `User`, NiceGUI's: in front of a screen, without a browser. Fixtures: `user` (who is Ada), `stranger`.
- `Studio` (`tests/browser`): in front of a screen, with a browser. Fixture: `studio`.

Who is not signed in and has no screen is a client without a cookie: fixture `http`.

What they stand on, smallest first. All fixtures are in `tests.support.fixtures`, a plugin that
`tests/conftest.py` loads; a folder's own `conftest.py` adds to them or puts another in the place of one.

- `limits`, `settings`: of every other fixture; `with_limits` (`tests.support.limits`) gives a test others.
- `migrated`: the real database, once for each worker; `database`: the same, emptied.
- `fresh`: another database on that server, which no migration has seen.
- `served_provider`: the emulated provider on a socket, once for each worker; `provider`: the same, as new.
  Its faults are made by `tests.support.faults` and by nothing else. With pictures at its own address, which
  can have faults too, it is `tests.support.provider_with_files`.
- `served_identity`: our own identity provider on a socket, once for each worker.
- `quiet_ctx`: the services alone, without pages, API and loop.
- `started`: the whole application in the test's process, with the loop; `app` and `ctx` are parts of it.
- `EaselProcess` (`tests.support.servers`): Easel as a process of its own, for what a process alone can show.
- `counting` (`tests.support.wire`): a way to the database that counts the statements passing.

Conditions are waited for with `tests.support.waiting`.
"""
