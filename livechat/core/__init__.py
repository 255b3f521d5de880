"""What every room stands on: settings, database, broker, errors, logs and metrics."""
