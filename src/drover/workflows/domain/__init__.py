"""The rules of workflows, schedules and runs. Pure: values and `now` in, values out."""
