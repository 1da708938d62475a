"""What is done with one release of the published client against a server of ours, in that release's environment.

Every check is run with the synchronous and with the asynchronous client, and fails when the client logs a warning.
"""
