# shellcheck shell=bash
ledger
stet policy show
stet policy set tolerance_percent=2.5 doi_grade_minimum_review_score=7 gate_activation_date=2026-07-01
stet policy set floor_verified_claim_count=5
stet policy show
stet policy show --json
unchanged stet policy set no_such_number=1
unchanged stet policy set tolerance_percent
unchanged stet policy set tolerance_percent=much
unchanged stet policy set floor_verified_claim_count=2.5
unchanged stet policy set tolerance_percent=2.5 --as working
