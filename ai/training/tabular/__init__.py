"""Training on tables of numbers: radiomics features, or the classic sonar set."""
