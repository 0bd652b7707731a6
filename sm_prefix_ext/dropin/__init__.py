"""The classes and functions that users import in place of the SDK's."""
