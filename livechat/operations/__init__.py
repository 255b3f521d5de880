"""What operators watch and do: the ledger, alarms, replay, readiness, the doctor."""
