"""A firm's own file profiles: each upload that passed its check is a version, which never changes."""

from django.db import models

from planbridge.recordkeepers.profile_load import PROFILE_BYTES_MAX


class FileProfile(models.Model):
    """One version of a firm's own profile: its YAML text as it was uploaded and found to be right."""

    firm = models.ForeignKey("security.Firm", on_delete=models.CASCADE)
    name = models.CharField(max_length=40)
    version = models.PositiveIntegerField()
    title = models.TextField()
    carries = models.JSONField()
    text = models.TextField(max_length=PROFILE_BYTES_MAX)
    added_by = models.TextField()
    added_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "file_profile"
        constraints = (models.UniqueConstraint(fields=["firm", "name", "version"], name="file_profile_version_once"),)

    def __str__(self) -> str:
        return f"{self.name}, version {self.version}"
