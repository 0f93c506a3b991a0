"""What tests stand on: databases of both engines, the served app, a real browser."""
