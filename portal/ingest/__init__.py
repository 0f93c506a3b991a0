"""What comes in from outside: files become typed records or rejections with their line and reason."""
