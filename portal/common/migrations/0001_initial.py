"""The table of Django's database cache, which rate limits need to share between processes."""

from django.db import migrations


class Migration(migrations.Migration):
    initial = True
    dependencies = []
    operations = [
        migrations.RunSQL(
            sql="""
            CREATE TABLE common_cache (
                cache_key varchar(255) NOT NULL PRIMARY KEY,
                value text NOT NULL,
                expires timestamp with time zone NOT NULL
            );
            CREATE INDEX common_cache_expires ON common_cache (expires);
            """,
            reverse_sql="DROP TABLE common_cache",
        ),
    ]
