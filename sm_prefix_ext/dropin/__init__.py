"""The classes and functions that users import instead of the SDK's."""
