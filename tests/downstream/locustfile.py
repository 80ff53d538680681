"""A load test that sends nothing: it is locust's web UI that is looked at."""

from locust import HttpUser, constant, task


class Nobody(HttpUser):
    wait_time = constant(1)

    @task
    def nothing(self):
        pass
