"""The shapes of requests and answers: the source of the published OpenAPI document."""
