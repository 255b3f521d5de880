"""What requests, events and open pages cost in processor time: `python -m benchmarks costs`."""
