"""What operators and owners of numbers watch and do: activity, the ledger, alarms, replay, the doctor."""
