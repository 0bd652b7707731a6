"""The services of the embedded AWS: moto's, extended."""
