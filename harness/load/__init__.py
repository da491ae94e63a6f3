"""Load: many users at once, by Locust, against a system that is judged afterwards as after any experiment.

`profile` declares a load, `workload` makes an experiment's workload of it, `generator` runs Locust's processes and follows
them; `arrivals` says when visits are due. What runs inside of those processes imports gevent: `in_process`, `users`,
`requests`.
"""
